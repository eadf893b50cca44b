"""What the bill comes to by any dimension: questions and their SQL for both engines. May import model."""
