#!/bin/sh
# After the package is gone: what after-install.sh made. `upgrade` (deb) and a rest of versions (rpm) keep it.
case "${1-}" in
  upgrade | [1-9]*) exit 0 ;;
esac

if [ -f /etc/apparmor.d/vethlab ]; then
  if apparmor_status --enabled >/dev/null 2>&1; then
    if ! { [ -x /usr/bin/ischroot ] && /usr/bin/ischroot; }; then
      apparmor_parser --remove /etc/apparmor.d/vethlab || true
    fi
  fi
  rm -f /etc/apparmor.d/vethlab
fi
if command -v update-mime-database >/dev/null 2>&1; then update-mime-database /usr/share/mime || true; fi
if command -v update-desktop-database >/dev/null 2>&1; then update-desktop-database /usr/share/applications || true; fi
exit 0
