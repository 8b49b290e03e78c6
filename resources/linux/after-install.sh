#!/bin/sh
# After the package is there: what depends on this machine. Nothing here may keep the package from being installed.

program=/opt/Vethlab

# Whoever could write here could run code as root when an elevated helper is started. First of all: a change
# of owner takes away what a mode gives.
chown -R root:root "$program" || true
chmod -R go-w "$program" || true

# Lets the program make user namespaces where AppArmor keeps them from others.
profile=$program/resources/apparmor-profile
if apparmor_status --enabled >/dev/null 2>&1; then
  # An AppArmor that does not know `userns` (before 4.0) does not restrict user namespaces either.
  if apparmor_parser --skip-kernel-load --debug "$profile" >/dev/null 2>&1; then
    cp -f "$profile" /etc/apparmor.d/vethlab
    # In the making of an image there is no kernel to load it into.
    if ! { [ -x /usr/bin/ischroot ] && /usr/bin/ischroot; }; then
      apparmor_parser --replace --write-cache --skip-read-cache /etc/apparmor.d/vethlab || true
    fi
  fi
fi

# Electron's own sandbox for pages needs user namespaces, or else a helper that is root's. A try tells, as somebody who is
# not root: the kernel may forbid users what root may do.
if [ -e "$program/chrome-sandbox" ]; then
  if setpriv --reuid=65534 --regid=65534 --clear-groups unshare --user true 2>/dev/null; then
    chmod 0755 "$program/chrome-sandbox" || true
  else
    chmod 4755 "$program/chrome-sandbox" || true
  fi
fi

if command -v update-mime-database >/dev/null 2>&1; then update-mime-database /usr/share/mime || true; fi
if command -v update-desktop-database >/dev/null 2>&1; then update-desktop-database /usr/share/applications || true; fi
exit 0
