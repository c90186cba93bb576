"""Parts of the compiled prediction path. ``ml.program`` serves, ``ml.compile`` makes.

``columns``, ``models``, ``trees`` and ``codec`` serve and need numpy (and onnxruntime when there
are trees); ``trace``, ``classifiers`` and ``grow`` read fitted scikit-learn objects.
"""
