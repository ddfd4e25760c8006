"""The office's paper: Word forms laid out as the annexes print them, and the data that fills them.

forms.py says which form a document kind is printed on and what it needs; render.py fills it. The forms in
templates/ are ordinary Word files with {{ placeholders }}: the office may change them in Word. paper.py and
build_templates.py drew their first edition and are not needed to print. Nothing here knows cases or screens.
"""
