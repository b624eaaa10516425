-- From where the service users may come, and how. Write the addresses of your own machines in place of
-- this one, which is nobody's: until then they are refused, with their address in the message.
create network policy if not exists identifier($network) allowed_ip_list = ('203.0.113.1');
alter network policy identifier($network) set allowed_ip_list = ('203.0.113.1');
alter user identifier($loader) set network_policy = $network;
alter user identifier($transformer) set network_policy = $network;
alter user identifier($reporter) set network_policy = $network;
alter user identifier($forecaster) set network_policy = $network;

-- A key pair, and nothing else.
create authentication policy if not exists RAW.DRIVA_KEY_PAIR
    authentication_methods = ('KEYPAIR')
    comment = 'service users sign in by a key pair';
alter user identifier($loader) set authentication policy RAW.DRIVA_KEY_PAIR force;
alter user identifier($transformer) set authentication policy RAW.DRIVA_KEY_PAIR force;
alter user identifier($reporter) set authentication policy RAW.DRIVA_KEY_PAIR force;
alter user identifier($forecaster) set authentication policy RAW.DRIVA_KEY_PAIR force;
