"""A whole small facility to try the platform with: eight people, three instruments, six experiments, real data.

Everything in it is invented. `make.make_sample` writes it; `people.SAMPLE_PEOPLE` are those who may sign in.
"""
