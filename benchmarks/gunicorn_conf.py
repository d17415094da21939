"""One worker with one thread for each panel, ours and others' alike: one call at a time is measured."""

worker_class = "gthread"
workers = threads = 1
timeout = 300
keepalive = 300
loglevel = "warning"
control_socket_disable = True
