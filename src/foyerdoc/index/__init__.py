"""Documents that can be searched: `Index`."""
