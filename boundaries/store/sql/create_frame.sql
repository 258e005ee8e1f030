INSERT INTO frames (name, country, code_scheme) VALUES (:name, :country, :code_scheme)
