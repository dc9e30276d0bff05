"""What of BPMN 2.0 is executed, what is drawing, and what is refused."""
