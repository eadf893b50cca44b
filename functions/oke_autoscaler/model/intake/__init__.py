"""What makes an object that was read fit to be decided on; imports the objects and quantities of model only."""
