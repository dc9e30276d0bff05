"""From a normalised diagram to nodes with compiled expressions."""
