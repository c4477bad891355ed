"""Several cases of a test at once: what they mostly do is wait."""

import concurrent.futures


def together(function, cases):
    """function(*case) for each; raises what the first one raised."""
    cases = list(cases)
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        jobs = [pool.submit(function, *case) for case in cases]
    for job in jobs:
        job.result()
