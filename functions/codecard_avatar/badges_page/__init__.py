"""The badge page: the panel as it will be, before anybody has pressed a button; and all cards of a registry."""
