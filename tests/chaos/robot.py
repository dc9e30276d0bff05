"""Somebody else's worker, as a program of its own: takes jobs, does them, reports.

``python -m tests.chaos.robot ADDRESS TOKEN OTHER-SYSTEM`` works until it is killed.
"""

import sys
import time

import httpx2

JOB_TYPE = "chaos.effect"
_HOLDS_MS = 3_000


def main(address: str, token: str, other_system: str) -> None:
    """Work; whatever breaks off is tried again, by this one or by the next."""
    headers = {"Authorization": f"Bearer {token}"}
    wanted = {
        "type": JOB_TYPE,
        "timeout": _HOLDS_MS,
        "maxJobsToActivate": 3,
        "requestTimeout": 5_000,
        "worker": "robot",
    }
    with httpx2.Client(headers=headers, timeout=20) as http:
        while True:
            try:
                found = http.post(f"{address}/v2/jobs/activation", json=wanted)
                jobs = found.raise_for_status().json()["jobs"]
                for job in jobs:
                    _work(http, address, other_system, job)
            except httpx2.HTTPError:
                time.sleep(0.2)


def _work(http: httpx2.Client, address: str, other_system: str, job: dict) -> None:  # type: ignore[type-arg]
    body = {"kind": "robot", "line": {"number": job["variables"]["number"]}}
    key = {"Idempotency-Key": job["jobKey"]}
    http.post(f"{other_system}/records", json=body, headers=key).raise_for_status()
    # 409: the last try got through, or somebody else was given the job meanwhile.
    http.post(f"{address}/v2/jobs/{job['jobKey']}/completion", json={})


if __name__ == "__main__":
    main(*sys.argv[1:])
