"""Serve the journal as pages, for the runner's own browser and phone (``runlog serve``).

Pages are made here, in Flask and Jinja, of what a Journal and the reporter say; they work without
JavaScript. ``app.create_app`` builds the application, ``server.serve`` runs it.
"""
