#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs on Debian 12 what record.py needs: mail servers, mail clients and tools to record.
# As root, on a machine made for it (a virtual machine): the servers' packages may start them.
# Exim cannot be installed beside Postfix; its package is unpacked into exim-root/ here.
set -eu
cd "$(dirname "$0")"
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends \
    postfix dovecot-core dovecot-lmtpd dovecot-pop3d dovecot-imapd openssl \
    swaks libnet-ssleay-perl libauthen-sasl-perl curl msmtp mpop fetchmail isync mutt netcat-openbsd \
    python3 \
    roundcube-core roundcube-sqlite3 apache2-bin libapache2-mod-php8.2 php8.2-cli sqlite3 \
    iproute2 ethtool nftables tcpdump tshark \
    libdb5.3 libgnutls-dane0 libidn12 libnsl2 libpcre2-8-0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get download exim4-daemon-light)
rm -rf exim-root
dpkg -x "$work"/exim4-daemon-light_*.deb exim-root
dpkg-deb -f "$work"/exim4-daemon-light_*.deb Version > exim-root/version
