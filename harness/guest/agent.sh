#!/bin/sh
# Starts the agent in a mount namespace of its own: whatever the exercise mounts, moves or hides, the agent's /proc
# and its files stay where they are.
export LD_PRELOAD=/opt/drydock/libkernel.so HOME=/root PATH=/usr/sbin:/usr/bin
exec unshare --mount --propagation private /usr/bin/node --expose-gc --no-warnings /opt/drydock/agent.cjs
