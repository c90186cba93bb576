"""Demo models, trained by a process beside a service that was started without any; and their progress."""
