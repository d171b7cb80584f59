"""Several machines at once: real processes in network namespaces, with cables that can be pulled."""
