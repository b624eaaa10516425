-- A network that no generator made: honest data, as an old application leaves it behind.

insert into estados (id_estados, estado, sigla, data_inclusao, data_atualizacao) values
    (35, 'São Paulo', 'SP', '2009-03-02 08:00', null),
    (33, 'Rio de Janeiro', 'RJ', '2009-03-02 08:00', '2015-06-01 10:00'),
    (99, 'Exterior', 'EX', null, null),
    (100, null, null, null, null);

insert into cidades (id_cidades, cidade, id_estados, data_inclusao, data_atualizacao) values
    (3550308, 'São Paulo', 35, '2009-03-02 08:00', null),
    (3304557, 'RIO DE JANEIRO ', 33, '2009-03-02 08:00', null),
    (3303302, 'Niterói', 33, '2009-03-02 08:00', null),
    (3303303, 'Niterói', 33, '2011-01-10 08:00', null),
    (10, 'Asunción', 99, null, null),
    (11, 'Cidade de estado apagado', 7, null, null),
    (12, null, null, null, null);

insert into concessionarias (
    id_concessionarias, concessionaria, id_cidades, data_inclusao, data_atualizacao
) values
    (1, 'Matriz', 3550308, '2010-01-04 09:00', null),
    (4, 'Filial "Rio" & Cia.', 3304557, '2012-05-07 09:00', '2019-02-01 12:00'),
    (9, 'Sem cidade', null, '2014-01-01 00:00', null),
    (15, 'Cidade apagada', 4242, null, null),
    (16, 'Matriz', 3303302, '2020-10-01 09:00', null),
    (23, null, 12, null, null),
    (40, 'Nunca vendeu', 3303303, '2024-01-01 00:00', null);

insert into vendedores (
    id_vendedores, nome, id_concessionarias, data_inclusao, data_atualizacao
) values
    (3, 'José da Silva', 1, '2010-01-04 09:00', null),
    (8, 'José da Silva', 4, '2012-05-07 09:00', null),
    (9, 'D''Ávila, Mª José  ', 4, '2012-05-07 09:00', '2023-08-01 09:00'),
    (21, '', 9, null, null),
    (22, null, null, null, null),
    (30, 'De loja apagada', 77, '2013-01-01 00:00', null),
    -- of another dealership of the same name as that of the first
    (31, 'Zé', 16, '2020-10-01 09:00', null);

insert into veiculos (id_veiculos, nome, tipo, valor, data_inclusao, data_atualizacao) values
    (100, 'Fusca', 'Hatch', 12500.00, '2010-01-01 00:00', null),
    (101, 'Kombi', 'Utilitário', 49900.00, '2010-01-01 00:00', '2023-06-01 08:30'),
    (105, 'Brinde', null, 0, '2015-01-01 00:00', null),
    (106, 'Chaveiro', 'Acessório', 0.01, '2015-01-01 00:00', null),
    (107, 'Sob consulta', 'Esportivo', null, '2016-01-01 00:00', null),
    (108, null, null, null, null, null),
    (109, 'Sem data', 'SUV', 80000.00, null, null),
    (110, 'Data de amanhã', 'SUV', 90000.00, '2020-01-01 00:00', '2999-12-31 00:00');

insert into clientes (
    id_clientes, cliente, endereco, id_concessionarias, data_inclusao, data_atualizacao
) values
    (-1, 'Consumidor final', null, null, null, null),
    (2, 'Ângela Ramos', 'R. Augusta, 1508' || chr(10) || 'ap. 12', 1, '2010-02-01 10:00', null),
    (5, 'Comércio de Peças Ltda.', '', 4, '2013-02-01 10:00', '2020-01-01 00:00'),
    (6, null, null, null, null, null),
    (2147483647, 'O último id', 'Rua 1', 88, null, null);

insert into vendas (
    id_vendas, id_veiculos, id_concessionarias, id_vendedores, id_clientes, valor_pago, data_venda,
    data_inclusao, data_atualizacao
) values
    -- as it should be, and thirty per cent below the list
    (10, 100, 1, 3, 2, 12300.00, '2012-03-01 10:15', '2012-03-01 10:20', null),
    (11, 100, 1, 3, 2, 8750.00, '2012-03-02 10:15', '2012-03-02 10:20', '2012-03-05 09:00'),
    -- before the list price was changed, and after
    (20, 101, 4, 8, 5, 31990.00, '2016-07-01 16:00', '2016-07-01 16:10', null),
    (21, 101, 4, 9, 5, 49900.00, '2023-06-01 08:30', '2023-06-01 08:40', null),
    (22, 109, 4, 9, 5, 79999.99, '2024-02-29 23:59:59.999999', null, null),
    (23, 110, 4, 9, 5, 90000.00, '2024-05-01 12:00', null, null),
    -- gifts, a keyring, a sale taken back, a price that nobody wrote down
    (30, 105, 1, 3, 2, 0, '2016-01-02 12:00', '2016-01-02 12:00', null),
    (31, 106, 1, 3, 2, 0.01, '2016-01-02 12:05', '2016-01-02 12:05', null),
    (32, 100, 1, 3, 2, -12300.00, '2016-01-03 09:00', '2016-01-03 09:00', null),
    (33, 107, 16, 8, 5, 450000.00, '2022-11-11 11:11', null, null),
    (34, 108, 16, 8, 5, null, '2022-11-11 11:12', null, null),
    -- orphans of every kind, and all at once
    (40, 999, 1, 3, 2, 15000.00, '2018-01-10 10:00', '2018-01-10 10:00', null),
    (41, 100, 999, 3, 2, 12000.00, '2018-01-10 10:00', '2018-01-10 10:00', null),
    (42, 100, 1, 999, 2, 12000.00, '2018-01-10 10:00', '2018-01-10 10:00', null),
    (43, 100, 1, 3, 999, 12000.00, '2018-01-10 10:00', '2018-01-10 10:00', null),
    (44, 999, 999, 999, 999, 12000.00, '2018-01-10 10:00', '2018-01-10 10:00', null),
    -- nothing but a key
    (50, null, null, null, null, null, null, null, null),
    (51, 101, 9, 21, 6, 50000.00, null, null, null),
    (52, 101, 23, 22, -1, 50000.00, '2024-08-01 00:00', null, null),
    (53, 101, 15, 30, 2147483647, 50000.00, '2024-08-02 00:00', null, null),
    -- before every opening, and in years that nobody meant
    (60, 100, 1, 3, 2, 12500.00, '1985-10-26 01:21', null, null),
    (61, 100, 4, 8, 5, 12500.00, '1899-12-31 23:59', null, null),
    (62, 100, 1, 3, 2, 12500.00, '0202-04-01 00:00', null, null),
    (63, 101, 1, 3, 2, 50000.00, '2062-07-01 00:00', null, null),
    (64, 101, 1, 3, 2, 50000.00, '9999-12-31 23:59:59.999999', null, null),
    -- sold elsewhere than where one works, and the same twice but for its key
    (70, 101, 1, 9, 2, 48000.00, '2024-08-03 15:00', '2024-08-03 15:00', null),
    (71, 101, 1, 9, 2, 48000.00, '2024-08-03 15:00', '2024-08-03 15:00', null),
    (72, 101, 16, 31, 2, 49900.00, '2024-08-03 15:00', '2024-08-03 15:00', null),
    (5000000, 101, 4, 9, 5, 49900.00, '2024-09-30 18:00', '2024-09-30 18:05', null);
