"""How generated documents come to be; ``tests.support.generated`` has the company they make."""
