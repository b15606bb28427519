"""Planning patrols: closed walks over required road sections, the longest as short as possible."""
