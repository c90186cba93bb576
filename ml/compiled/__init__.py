"""Parts of the compiled prediction path. ``ml.program`` serves, ``ml.compile`` makes.

What serves needs numpy (and onnxruntime when there are trees): ``columns``, ``tables``, ``steps``, ``stages``
and ``words`` make matrices; ``models``, ``tree_models``, ``kernels``, ``combined``, ``single`` and
``calibration`` classify; ``trees`` and ``ties`` sum trees; ``codec`` reads and writes all of them.

What makes reads fitted estimators: ``trace`` (with ``trace_...``, ``symbols``, ``look_up`` and ``layout``)
follows features through a pipeline, ``catalogue`` (with ``classifiers`` and ``from_...``) knows the
classifiers, ``builder`` collects, ``grow`` and ``wire`` write trees, ``proof`` and ``edges`` compare.
"""
