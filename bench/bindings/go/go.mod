module sellable.example/calls

go 1.23

require sellable.example/sellable v0.0.0

replace sellable.example/sellable => ../../../bindings/go
