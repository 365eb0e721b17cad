"""The promises themselves: ids, sentences and sources, as everything else quotes them; one letter a file."""
