from tests.engine.worker.conftest import house, project

__all__ = ["house", "project"]
