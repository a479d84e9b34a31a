#!/bin/bash
# The first process of a sandbox: starts the desktop's X server, then the session, and ends with whichever ends first.
#   init.sh SOCKET GEOMETRY GRACE_S LAYOUT VARIANT SESSION...
# Its own end is the end of everything in the sandbox. SIGTERM asks for a clean end: programs get GRACE_S seconds.
# It runs as the person; whatever it enforces, the adapter enforces once more from outside.
set -u
socket=$1 geometry=$2 grace=$3 layout=$4 variant=$5
shift 5
xserver='' session='' stopping=''

alive() { # counts the processes besides this one and the X server
    local process
    count=0
    for process in /proc/[0-9]*; do
        process=${process#/proc/}
        [[ $process == 1 || $process == "$xserver" ]] || count=$((count + 1))
    done
}

finish() {
    local process
    [[ -z $stopping ]] || return
    stopping=1
    for process in /proc/[0-9]*; do
        process=${process#/proc/}
        [[ $process == 1 || $process == "$xserver" ]] || kill -TERM "$process" 2>/dev/null
    done
    local tenths=$((grace * 10))
    alive
    while ((count > 0 && tenths-- > 0)); do
        read -rt 0.1 _ <>"$quiet" # a pause that needs no further process
        alive
    done
    echo "visa: ended as asked, with $count programs left to kill"
    exit 0
}

mkdir -p -m 1777 /tmp/.X11-unix /tmp/.ICE-unix
if [[ ! -e $HOME/Desktop ]]; then # the very first time: the experiments' data on the desktop and in the file manager
    mkdir -p "$HOME/Desktop" "$HOME/.config/gtk-3.0"
    ln -s /data "$HOME/Desktop/Experiment data"
    [[ -e $HOME/.config/gtk-3.0/bookmarks ]] || echo "file:///data Experiment data" >"$HOME/.config/gtk-3.0/bookmarks"
fi

quiet=/run/visa-quiet
mkfifo "$quiet" /run/visa-display
Xtigervnc "$DISPLAY" -displayfd 6 -rfbport -1 -rfbunixpath "$socket" -rfbunixmode 0600 \
    -SecurityTypes None -UseBlacklist=0 -AlwaysShared -AcceptSetDesktopSize -SendPrimary=0 -nolisten tcp -nolisten local \
    -geometry "$geometry" -depth 24 -desktop "$HOSTNAME" -noreset 6>/run/visa-display &
xserver=$!
if ! read -rt 20 _ </run/visa-display; then
    echo "visa: the X server did not start"
    exit 1
fi
setxkbmap -layout "$layout" ${variant:+-variant "$variant"} || echo "visa: no keyboard layout $layout $variant"

trap finish TERM
{   # One command for bash, which forgets between two commands that a child has ended: then nobody would wait for it.
    # A background command of a script ignores SIGINT, and so would all that the person starts: Ctrl-C has to work.
    env --default-signal=INT,QUIT "$@" >"$HOME/.xsession-errors" 2>&1 &
    session=$!
    kill -0 "$xserver" && wait -n "$xserver" "$session"
    status=$?
}
[[ -n $stopping ]] || echo "visa: the session ended by itself with status $status"
exit "$status"
