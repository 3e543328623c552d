module sellable.example/sellable

go 1.23
