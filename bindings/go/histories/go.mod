module sellable.example/sellable/histories

go 1.23

require (
	github.com/anishathalye/porcupine v1.3.1
	sellable.example/sellable v0.0.0
)

replace sellable.example/sellable => ../
