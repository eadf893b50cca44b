"""Text in its place: a name composed as large as it goes, small lines wrapped; may import the typesetting."""
