package Headwater::ApiDocument;

# The API's description, as the build made it: docs/site/openapi.json.

use v5.36;
use Headwater::Files qw(file_read);
use Headwater::Requirement;
use JSON::PP ();

sub new ($class, $build) {
    my $path = "$build/docs/site/openapi.json";
    Headwater::Requirement::missing('docs/site/openapi.json') if !-e $path;
    return bless { tree => JSON::PP->new->utf8->decode(file_read($path)) }, $class;
}

sub tree ($self)     { return $self->{tree} }
sub examples ($self) { return $self->{tree}{components}{examples} }

# What a $ref stands for; anything else stands for itself.
sub resolve ($self, $node) {
    while (ref $node eq 'HASH' && defined $node->{'$ref'}) {
        my $at = $self->{tree};
        $at = $at->{ s{~1}{/}gr =~ s{~0}{~}gr } for split m{/}, $node->{'$ref'} =~ s{^#/}{}r;
        $node = $at;
    }
    return $node;
}

sub schema ($self, $name) { return $self->{tree}{components}{schemas}{$name} }

# Each operation: { path, method, security, responses => { status => answer } }.
sub operations ($self) {
    my @operations;
    for my $path (sort keys $self->{tree}{paths}->%*) {
        my $item = $self->{tree}{paths}{$path};
        push @operations, map { $self->operation($path, $_, $item->{$_}) } sort keys %$item;
    }
    return @operations;
}

sub operation ($self, $path, $method, $of) {
    my %responses = map { ($_ => $self->resolve($of->{responses}{$_})) } keys $of->{responses}->%*;
    return { path => $path, method => uc $method, responses => \%responses,
        security => $of->{security} // $self->{tree}{security} };
}

# The error codes that an answer may carry; undef if it is no error.
sub codes ($self, $answer) {
    my $schema = ($answer->{content} // {})->{'application/json'}{schema} // return;
    my ($of) = grep { $_->{properties} } ($schema->{allOf} // [])->@*;
    return $of && $of->{properties}{error}{properties}{code}{enum};
}

1;
