"""What may be spent, reserved before it is sent."""
