import hashlib
import io
import json
from types import SimpleNamespace

import pytest
from pypdf import PdfWriter

from engine import documents
from engine.schema import Deployment, DeploymentResource, Resource
from tests.engine import rig


@pytest.fixture
def place(database):
    """A database with the rig's people, one project and a place for documents."""
    return SimpleNamespace(database=database, project=rig.seed(database))


def deploy(session, package, forms, *, version=1):
    """Store forms as a deployment; return its key."""
    row = Deployment(
        package=package,
        version=version,
        digest="",
        created_at=rig.NINE,
        created_by="system",
    )
    session.add(row)
    session.flush()
    for name, whole in forms.items():
        content = json.dumps(whole).encode()
        digest = hashlib.sha256(content).hexdigest()
        session.merge(Resource(digest=digest, content=content))
        session.flush()
        session.add(
            DeploymentResource(
                deployment_key=row.key, name=f"{name}.json", kind="form", digest=digest
            )
        )
    session.flush()
    return row.key


def pdf():
    """Return a real PDF of one empty page."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def upload(session, username, content, name="file.pdf"):
    """Bring a file; return its key as a reference."""
    actor = rig.person(username)
    return str(documents.upload(session, actor, io.BytesIO(content), name).key)
