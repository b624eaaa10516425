-- What real networks have and no rule expects: a known number of rows that break each rule of
-- transform/tests, so that none is only ever tried on data that keeps it. Numbers of sales are in
-- the order of their dates; a network of fewer has fewer of these.

-- Paid with less than 95 % of the list price, and with more than all of it.
update public.vendas set valor_pago = round(0.9 * veiculos.valor, 2)
from public.veiculos
where veiculos.id_veiculos = vendas.id_veiculos and id_vendas between 501 and 507;

update public.vendas set valor_pago = round(1.01 * veiculos.valor, 2)
from public.veiculos
where veiculos.id_veiculos = vendas.id_veiculos and id_vendas between 511 and 512;

-- Given away, and taken back.
update public.vendas set valor_pago = 0 where id_vendas = 521;
update public.vendas set valor_pago = -valor_pago where id_vendas = 522;

-- A year mistyped.
update public.vendas set data_venda = data_venda + interval '30 years'
where id_vendas between 531 and 532;

-- Sold by somebody of another dealership.
update public.vendas
set id_vendedores = (
    select min(id_vendedores) from public.vendedores
    where vendedores.id_concessionarias != vendas.id_concessionarias
)
where id_vendas between 541 and 543;

-- What they refer to is gone, or was never said.
update public.vendas set id_vendedores = 900001, id_clientes = 900001 where id_vendas = 551;
update public.vendas set id_clientes = 900002 where id_vendas = 552;
update public.vendas set id_concessionarias = 900003 where id_vendas = 553;
update public.vendas set id_veiculos = 900004 where id_vendas = 554;
update public.vendas set id_veiculos = null where id_vendas = 561;
update public.vendas set id_clientes = null where id_vendas = 562;

-- A list price that was changed after five sales: what it was before is not known.
update public.veiculos
set data_atualizacao = (
    select data_venda from public.vendas
    where vendas.id_veiculos = 1
    order by id_vendas offset 5 limit 1
)
where id_veiculos = 1;

-- A dealership that was written down after four sales.
update public.concessionarias
set data_inclusao = (
    select data_venda from public.vendas
    where vendas.id_concessionarias = 1
    order by id_vendas offset 4 limit 1
)
where id_concessionarias = 1;
