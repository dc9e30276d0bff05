"""A BPMN engine for people's work; it knows no HTTP and nothing of the company."""
