"""What extraction reaches, how sure it may be, and how fast it is.

einvoice.py, invoice2data.py, cuad.py, swimming.py    real documents with known fields
forms.py                                              made and hostile documents
baseline.py                                           regular expressions, the thing to beat
asking.py, scores.py                                  what the others are told, and what they count with
speed.py, values.py                                   fields a second, and seconds for typed values in long texts
"""
