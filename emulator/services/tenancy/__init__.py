"""What a tenancy is made of: compartments, subscriptions, resources; and Oracle's public price list."""
