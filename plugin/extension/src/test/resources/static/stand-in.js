// stand-in of the host
