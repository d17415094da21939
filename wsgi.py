"""What a WSGI server loads."""

import gc

from app import create_app

app = create_app()
# Everything made so far lives as long as the process: no collection need look at it again.
gc.freeze()
