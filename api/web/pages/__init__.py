"""The pages; they call the same commands as the routers."""
