"""What this company does: customers, contracts, projects and their services."""
