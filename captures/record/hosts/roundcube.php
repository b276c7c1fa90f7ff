<?php
// Roundcube of mail.example.com: the lab's Dovecot and Postfix, a database of its own.
$config = [];
$config['db_dsnw'] = 'sqlite:///@DIR@/roundcube/roundcube.db?mode=0640';
$config['imap_host'] = 'localhost:143';
$config['smtp_host'] = 'mail.example.com:587';
$config['smtp_user'] = '%u';
$config['smtp_pass'] = '%p';
$config['mail_domain'] = 'example.com';
$config['des_key'] = 'a lab key, 24 characters';
$config['product_name'] = 'Webmail';
$config['log_driver'] = 'stdout';
$config['temp_dir'] = '@DIR@/roundcube/temp';
$config['log_dir'] = '@DIR@/roundcube/logs';
$config['enable_installer'] = false;
$config['ip_check'] = false;
$config['plugins'] = [];
$config['language'] = 'en_US';
