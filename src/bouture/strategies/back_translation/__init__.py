"""Back-translation with markers: to another language and back, the tags kept."""
