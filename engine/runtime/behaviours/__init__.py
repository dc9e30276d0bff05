"""How tokens behave at each kind of element."""
