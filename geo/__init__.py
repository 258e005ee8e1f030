"""The spatial engine: values in, values out. Nothing in this package reads a file or a socket."""
