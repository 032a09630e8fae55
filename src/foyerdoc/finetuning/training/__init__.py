"""The loop, whatever is trained: steps, optimisers, checkpoints, processes, memory."""
