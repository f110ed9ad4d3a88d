"""Template tags of cases: ``{% load case_ui %}`` gives tones and icons of states and steps to every surface."""
