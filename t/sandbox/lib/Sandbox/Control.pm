package Sandbox::Control;

# The control API under /__sandbox/: what both doubles offer, and what the service adds.
# Errors are 400 or 404 with {"error": "a sentence"}.

use strict;
use warnings;
use feature 'signatures';

use Sandbox::Answer;
use Scalar::Util qw(blessed);

# The service has the fields options, faults, requests and clock; its control_routes() maps
# "METHOD /path" to a sub ($exchange, $rest) that returns data, or a promise of it; {rest} stands
# for the last part.
sub new ($class, $service) {
    my $self = bless { service => $service }, $class;
    $self->{routes} = { $self->routes, $service->control_routes };
    return $self;
}

sub serve ($self, $exchange) {
    my $path = $exchange->path =~ s{\A/__sandbox}{}r;
    my ($route, $rest) = $self->route_find($exchange->method, $path);
    return $exchange->reply(Sandbox::Answer->json(404, { error => 'no such control call' }))
        if !$route;
    my $data = eval { $route->($exchange, $rest) };
    return error_send($exchange, $@ || "not found\n") if !defined $data;
    return data_send($exchange, $data) if !blessed $data || !$data->isa('Mojo::Promise');
    $data->then(sub ($later) { data_send($exchange, $later) },
        sub ($error) { error_send($exchange, $error) });
    return;
}

sub data_send ($exchange, $data) { return $exchange->reply(Sandbox::Answer->json(200, $data)) }

sub error_send ($exchange, $error) {
    chomp $error;
    my $status = $error eq 'not found' ? 404 : 400;
    return $exchange->reply(Sandbox::Answer->json($status, { error => $error }));
}

sub route_find ($self, $method, $path) {
    my $route = $self->{routes}{"$method $path"};
    return ($route, undef) if $route;
    my ($start, $rest) = $path =~ m{\A(.*/)([^/]+)\z} or return;
    return ($self->{routes}{"$method $start\{rest}"}, $rest);
}

sub routes ($self) {
    my ($options, $faults, $requests, $clock) =
        @{ $self->{service} }{qw(options faults requests clock)};
    return (
        'GET '             => sub ($, $) { $self->health },
        'GET /'            => sub ($, $) { $self->health },
        'POST /reset'      => sub ($, $) { $self->reset },
        'GET /options'     => sub ($, $) { $options->show },
        'PUT /options'     => sub ($exchange, $) { $options->put($exchange->json); $options->show },
        'GET /faults'      => sub ($, $) { $faults->show },
        'POST /faults'     => sub ($exchange, $) { $faults->add($exchange->json); $faults->show },
        'DELETE /faults'   => sub ($, $) { $faults->clear; $faults->show },
        'GET /requests'    => sub ($, $) { $requests->show },
        'DELETE /requests' => sub ($, $) { $requests->clear; $requests->show },
        'GET /clock'       => sub ($, $) { $clock->show },
        'PUT /clock'       => sub ($exchange, $) {
            $clock->advance($exchange->json->{advance_s});
            $clock->show;
        },
    );
}

sub health ($self) {
    return { service => $self->{service}->name, pid => $$ };
}

# Everything as it was after the start.
sub reset ($self) {
    my $service = $self->{service};
    $service->{faults}->clear;
    $service->{options}->reset;
    $service->{clock}->reset;
    $service->{requests}->clear;
    $service->reset;
    return $self->health;
}

1;
