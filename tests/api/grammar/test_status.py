"""What anybody may ask."""


def test_a_ready_server_says_so_to_anybody(client):
    assert client.get("/v2/status").status_code == 204


def test_who_one_is_needs_signing_in(client):
    assert client.get("/v2/authentication/me").status_code == 401
