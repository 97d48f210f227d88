"""The strategy `noise`: gold documents as newsrooms, telexes, scanners and hurried hands would have them."""
