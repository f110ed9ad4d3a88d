"""The desk: what staff use on a wide screen. Chrome, menu and the page of my work."""
